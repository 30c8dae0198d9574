"""From a project and a scenario to a published run."""
