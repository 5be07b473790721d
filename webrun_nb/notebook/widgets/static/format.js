/* Formats times and amounts of money. */

export function duration(spanMs) {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/* Seconds below a minute, then as `duration`. */
export function shortDuration(spanMs) {
  return spanMs < 60_000 ? `${Math.max(0, Math.floor(spanMs / 1000))} s` : duration(spanMs);
}

/* US dollars with the four decimals that are known of a cost. */
export const usd = (amount) => `$${amount.toFixed(4)}`;

/* US dollars in cents, for a forecast. */
export const cents = (amount) => (amount > 0 && amount < 0.005 ? "less than $0.01" : `$${amount.toFixed(2)}`);
