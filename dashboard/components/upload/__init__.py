"""The upload page’s parts."""
