"""From facts to points and a verdict under noise; repeated as often as one likes."""
