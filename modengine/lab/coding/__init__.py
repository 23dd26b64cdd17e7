"""From a corpus to coded rows and back: samples, sheets, agreement, estimates by design."""
