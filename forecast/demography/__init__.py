"""Fertility, mortality, migration and the projection: engines that fit a history and predict a forecast."""
