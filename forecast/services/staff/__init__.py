"""Teachers as a stock: ageing, retirement, moves and recruits."""
