"""The banknotes of UCI: even rows train, odd rows are graded."""
