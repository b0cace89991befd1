--- Types of texts that must be of a form; what is not is the programmer's mistake. kind.lua has the other types.

local form = {}

local function form_type(value, is_right, why)
  return function()
    return {
      lua = "string", what = "string", value = value,
      accepts = function(given)
        return type(given) == "string"
      end,
      check = function(given)
        if not is_right(given) then
          return why, ""
        end
      end,
      flag = function(given)
        if not is_right(given) then
          return nil, why
        end
        return given
      end,
    }
  end
end

local function is_auth_host(given)
  return given:find("^[^=/]+=[^=/]+$") ~= nil
end

local function is_variable(given)
  return given:find("^[^=]+=") ~= nil
end

--- What goes into a header: the rest of it would be other headers.
local function is_line(given)
  return not given:find("[\0-\31\127]")
end

--- A registry's name, with a port or without.
function form.is_host(given)
  return given:find("^[A-Za-z0-9%[][A-Za-z0-9.:%]_-]*$") ~= nil
end

form.auth_host = form_type("registry=host", is_auth_host, "not REGISTRY=HOST[:PORT]")
form.host = form_type("host[:port]", form.is_host, "not HOST[:PORT]")
form.line = form_type("text", is_line, "must be one line")
form.variable = form_type("name=value", is_variable, "not NAME=VALUE")

return form
