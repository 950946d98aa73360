"""What a sandbox is given to begin with, and what is taken out of it when it is dead."""
