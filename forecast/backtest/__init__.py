"""Rolling origins: forecasts made with what was known then, scored against what came."""
