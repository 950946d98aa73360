"""One file a kind of ask: ``take(ask, ended)`` writes what it finds and says what became of it."""
