"""From what was found to what is decided: conditions, points, scope, traces."""
