--- The version of this module, in one place.
return "1.0.0"
