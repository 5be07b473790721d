"""Sessions: start them, use them, control their browser manually, and watch it live."""
