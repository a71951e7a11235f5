--- The one place that knows the version.
return "0.1.0"
