"""From what a run left behind to points: pure functions over bytes, arrays and records, no I/O."""
