"""The door of the WeChat Official Account: strangers give tips there, answered in place and never otherwise."""
