--- The version of this module, in one place.
return "0.1.0"
