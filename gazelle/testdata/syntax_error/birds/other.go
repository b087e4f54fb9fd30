package birds
