"""What every layer may use: it imports nothing of ours."""
