/* core.engine: one client's connections, and the requests under way on them. */
#include "../../auth/login.h"
#include "../../base/clock.h"
#include "../lib/box.h"
#include "../lib/texts.h"
#include "open.h"
#include "request.h"
#include "userdata.h"

static struct mfl_engine *check_engine(lua_State *L)
{
  struct mfl_engine *engine = luaL_checkudata(L, 1, MFL_ENGINE);

  luaL_argcheck(L, engine->open, 1, "attempt to use a closed engine");
  return engine;
}

/* ---- settings ---- */

/* A list of the settings. It stays on the stack, as their strings do, until they have been copied. */
static struct mf_texts texts_field(lua_State *L, const char *name)
{
  lua_getfield(L, 1, name);
  return *mfl_check_texts(L, -1, name);
}

/* A time in seconds: above 0, and not beyond what fits libcurl's milliseconds. */
static double read_seconds(lua_State *L, const char *name, double fallback)
{
  double seconds = mfl_field_number(L, 1, name, fallback);

  if (!(seconds > 0 && seconds <= 1e6))
    luaL_error(L, "field '%s': must be above 0 and at most 1000000", name);
  return seconds;
}

static void read_settings(lua_State *L, struct mf_settings *settings)
{
  luaL_checkstack(L, 20, "settings");
  settings->insecure = mfl_field_boolean(L, 1, "insecure", false);
  settings->same_domain = mfl_field_boolean(L, 1, "same_domain", true);
  settings->offline = mfl_field_boolean(L, 1, "offline", false);
  settings->events = mfl_field_boolean(L, 1, "events", false);
  settings->counts = mfl_field_boolean(L, 1, "counts", false);
  settings->ask = mfl_field_boolean(L, 1, "ask", false);
  settings->connect_timeout = read_seconds(L, "connect_timeout", 15);
  settings->stall_timeout = read_seconds(L, "stall_timeout", 60);
  settings->backoff = read_seconds(L, "backoff", 0.2);
  settings->limits.connections_per_host = (long)mfl_field_integer(L, 1, "connections", 6);
  if (settings->limits.connections_per_host < 1)
    luaL_error(L, "field 'connections': must be at least 1");
  settings->limits.connections = 64;
  settings->insecure_hosts = texts_field(L, "insecure_hosts");
  settings->auth_hosts = texts_field(L, "auth_hosts");
  settings->certificate_roots = texts_field(L, "certificate_roots");
  settings->resolve = texts_field(L, "resolve");
  settings->plain_hosts = texts_field(L, "plain_hosts");
  settings->ca_file = mfl_field_text(L, 1, "ca_file");
  settings->client_certificate = mfl_field_text(L, 1, "client_certificate");
  settings->client_key = mfl_field_text(L, 1, "client_key");
  settings->config_folder = mfl_field_text(L, 1, "config_folder");
  settings->user_agent = mfl_field_text(L, 1, "user_agent");
}

/* core.engine(settings) -> engine */
static int new_engine(lua_State *L)
{
  struct mf_settings settings = {0};
  struct mf_problem problem;
  struct mfl_engine *engine;

  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  engine = lua_newuserdatauv(L, sizeof(*engine), 1);
  *engine = (struct mfl_engine){0};
  luaL_setmetatable(L, MFL_ENGINE);
  lua_newtable(L); /* [box] = exchange, while they are under way */
  lua_setiuservalue(L, -2, 1);
  read_settings(L, &settings);
  engine->open = mf_client_open(&engine->client, &settings, &problem);
  if (!engine->open)
    return mfl_fail(L, &problem);
  lua_pushvalue(L, 2);
  return 1;
}

/* ---- requests ---- */

/* engine:start(request) -> exchange, or nil and a problem */
static int engine_start(lua_State *L)
{
  struct mfl_engine *engine = check_engine(L);
  struct mf_problem problem;
  struct mfl_exchange *box;

  luaL_checktype(L, 2, LUA_TTABLE);
  box = lua_newuserdatauv(L, sizeof(*box), 3);
  *box = (struct mfl_exchange){0};
  luaL_setmetatable(L, MFL_EXCHANGE);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_insert(L, 3);
  if (!mfl_read_request(L, 2, 3, &box->request, &problem))
    return mfl_fail(L, &problem);
  lua_settop(L, 3);
  lua_getiuservalue(L, 1, 1);
  lua_pushvalue(L, 3);
  lua_rawsetp(L, -2, box);
  lua_settop(L, 3);
  check_engine(L); /* once more: what was read may have run a metamethod or a finalizer that closed it */
  box->exchange = mf_exchange_new(&engine->client, &box->request, &problem);
  if (!box->exchange) {
    lua_getiuservalue(L, 1, 1);
    lua_pushnil(L);
    lua_rawsetp(L, -2, box);
    return mfl_fail(L, &problem);
  }
  mf_queue_enter(&engine->exchanges, &box->link);
  return 1;
}

/* Pushes an array of the exchanges that have finished since the last call. */
static void push_finished(lua_State *L, struct mfl_engine *engine)
{
  lua_Integer count = 0;

  lua_newtable(L);
  lua_getiuservalue(L, 1, 1);
  for (struct mf_link *link = engine->exchanges.first; link; link = link->next) {
    struct mfl_exchange *box = (struct mfl_exchange *)link;

    if (box->reported || !mf_exchange_done(box->exchange))
      continue;
    box->reported = true;
    lua_rawgetp(L, -1, box);
    lua_rawseti(L, -3, ++count);
    lua_pushnil(L);
    lua_rawsetp(L, -2, box);
  }
  lua_pop(L, 1);
}

/* The login after AFTER that waits for engine:answer, or NULL. None of a closed engine: what allocates in Lua may run a
   finalizer, and that may close it. */
static struct mf_login *next_asked(const struct mfl_engine *engine, const struct mf_login *after)
{
  return engine->open ? mf_authorization_asked(engine->client.authorization, after) : NULL;
}

/* Takes the questions that requests wait for engine:answer of: a registry and a repository ("" for none) in turn. */
static void take_questions(lua_State *L, const struct mfl_engine *engine, struct mf_texts *questions)
{
  for (struct mf_login *login = next_asked(engine, NULL); login; login = next_asked(engine, login)) {
    const char *repository = mf_login_repository(login);

    if (!mf_login_wanted(login))
      continue;
    if (!mf_texts_add(questions, mf_login_registry(login)) || !mf_texts_add(questions, repository ? repository : ""))
      luaL_error(L, "not enough memory");
    mf_login_take_question(login);
  }
}

/* Pushes an array of {registry, repository}, or nil where nobody asks. All is taken before Lua makes tables: a
   finalizer may make the engine forget its logins. */
static void push_asked(lua_State *L, const struct mfl_engine *engine)
{
  struct mf_texts *questions = mfl_push_texts_box(L);

  take_questions(L, engine, questions);
  if (questions->count == 0) {
    lua_pushnil(L);
    return;
  }
  lua_createtable(L, (int)questions->count / 2, 0);
  for (size_t i = 0; i < questions->count; i += 2) {
    const char *repository = questions->items[i + 1];

    lua_createtable(L, 0, 2);
    mfl_set_text(L, "registry", questions->items[i]);
    mfl_set_text(L, "repository", repository[0] ? repository : NULL);
    lua_rawseti(L, -2, (lua_Integer)i / 2 + 1);
  }
}

static void free_events(void *content)
{
  struct mf_event **events = content;

  while (*events)
    *events = mf_event_drop(*events);
}

static void set_number(lua_State *L, const char *name, double value)
{
  lua_pushnumber(L, value);
  lua_setfield(L, -2, name);
}

/* How a request was connected, and what a token is good for; what is not known is left out. */
static void push_connection(lua_State *L, const struct mf_event *event)
{
  mfl_set_text(L, "granted", event->granted);
  mfl_set_text(L, "proxy", event->proxy);
  mfl_set_text(L, "address", event->address);
  mfl_set_text(L, "protocol", event->protocol);
  mfl_set_text(L, "tls", event->tls);
  if (event->expires > 0)
    mfl_set_integer(L, "expires", event->expires);
  if (event->looked_up > 0)
    set_number(L, "looked_up", event->looked_up);
  if (event->connected > 0)
    set_number(L, "connected", event->connected);
  if (event->secured > 0)
    set_number(L, "secured", event->secured);
}

static void push_event(lua_State *L, const struct mf_event *event)
{
  static const char *const kinds[] = {"request", "response", "retry", "redirect", "login", "challenge"};
  static const char *const targets[] = {"target", "target", "target", "target", "source", "offers"};

  lua_createtable(L, 0, 16);
  mfl_set_text(L, "event", kinds[event->kind]);
  set_number(L, "time", event->time);
  mfl_set_text(L, "purpose", event->purpose);
  mfl_set_text(L, "method", event->method);
  mfl_set_text(L, "url", event->url);
  mfl_set_text(L, targets[event->kind], event->target);
  mfl_set_text(L, "reason", event->reason);
  mfl_set_text(L, "registry", event->registry);
  mfl_set_text(L, "repository", event->repository);
  if (event->request > 0)
    mfl_set_integer(L, "request", (lua_Integer)event->request);
  if (event->attempt > 0)
    mfl_set_integer(L, "attempt", event->attempt);
  if (event->status > 0)
    mfl_set_integer(L, "status", event->status);
  if (event->kind == MF_EVENT_RESPONSE || event->kind == MF_EVENT_RETRY)
    set_number(L, "seconds", event->seconds);
  if (event->kind != MF_EVENT_RESPONSE)
    return;
  mfl_set_integer(L, "sent", event->sent);
  mfl_set_integer(L, "received", event->received);
  push_connection(L, event);
  mfl_set_texts(L, "headers", &event->headers);
}

/* What stands for the events of COUNT requests where they are only counted. */
static void push_count(lua_State *L, uint64_t count)
{
  lua_createtable(L, 0, 3);
  mfl_set_text(L, "event", "requests");
  set_number(L, "time", mf_clock_now());
  mfl_set_integer(L, "count", (lua_Integer)count);
}

/* Pushes an array of what has happened since the last call, or nil. */
static void push_events(lua_State *L, struct mfl_engine *engine)
{
  struct mf_event **events;
  uint64_t sent = engine->open ? engine->client.network->journal.sent : 0;
  lua_Integer count = 0;

  if (!engine->open || (!engine->client.network->journal.first && sent == 0)) {
    lua_pushnil(L);
    return;
  }
  engine->client.network->journal.sent = 0;
  events = mfl_push_box(L, sizeof(struct mf_event *), free_events);
  if (engine->open) /* see next_asked */
    *events = mf_journal_take(&engine->client.network->journal);
  lua_newtable(L);
  if (sent > 0) {
    push_count(L, sent);
    lua_rawseti(L, -2, ++count);
  }
  for (; *events; *events = mf_event_drop(*events)) {
    push_event(L, *events);
    lua_rawseti(L, -2, ++count);
  }
  lua_remove(L, -2); /* the box */
}

/* engine:step(seconds) -> array of finished exchanges, array of asked logins or nil, array of events (with the setting
   `events`; with `counts` one of all requests that were sent, and those of what is sent again) or nil; or nil and a
   problem */
static int engine_step(lua_State *L)
{
  struct mfl_engine *engine = check_engine(L);
  double seconds = luaL_checknumber(L, 2);
  struct mf_problem problem;

  if (!mf_engine_step(engine->client.network->engine, seconds, &problem))
    return mfl_fail(L, &problem);
  push_finished(L, engine);
  push_asked(L, engine);
  lua_remove(L, -2); /* the box */
  push_events(L, engine);
  return 3;
}

static struct mf_login *find_asked(const struct mfl_engine *engine, const char *registry, const char *repository)
{
  struct mf_login *login = NULL;

  do
    login = next_asked(engine, login);
  while (login && !mf_login_is_for(login, registry, repository));
  return login;
}

/* engine:answer(registry, repository, {username=, password=, identity_token=, registry_token=} or nil for none), or
   with a text instead: why the caller's source failed */
static int engine_answer(lua_State *L)
{
  struct mfl_engine *engine = check_engine(L);
  const char *registry = mfl_check_text(L, 2);
  const char *repository = lua_isnil(L, 3) ? NULL : mfl_check_text(L, 3);
  const char *why = lua_type(L, 4) == LUA_TSTRING ? mfl_check_text(L, 4) : NULL;
  bool given = !why && !lua_isnoneornil(L, 4);
  struct mf_credentials borrowed = {0};
  struct mf_login *login;

  if (given) {
    luaL_checktype(L, 4, LUA_TTABLE);
    borrowed.username = (char *)mfl_field_text(L, 4, "username");
    borrowed.password = (char *)mfl_field_text(L, 4, "password");
    borrowed.identity_token = (char *)mfl_field_text(L, 4, "identity_token");
    borrowed.registry_token = (char *)mfl_field_text(L, 4, "registry_token");
  }
  login = find_asked(engine, registry, repository); /* when all has been read: see next_asked */
  if (login && why)
    mf_login_refuse(login, why);
  else if (login)
    mf_login_answer(login, given ? &borrowed : NULL);
  return 0;
}

/* engine:warnings() -> array of texts: what was skipped and why, since the engine was made */
static int engine_warnings(lua_State *L)
{
  const struct mfl_engine *engine = check_engine(L);

  lua_newtable(L);
  for (size_t i = 0; engine->open && i < engine->client.network->warnings.count; i++) { /* see next_asked */
    lua_pushstring(L, engine->client.network->warnings.items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* engine:identity_token() -> text or nil: what a token server gave to an engine with offline = true */
static int engine_identity_token(lua_State *L)
{
  lua_pushstring(L, check_engine(L)->client.network->identity_token);
  return 1;
}

/* engine:forget_logins(): credentials are looked for once more when they are next needed */
static int engine_forget_logins(lua_State *L)
{
  mf_authorization_forget_logins(check_engine(L)->client.authorization);
  return 0;
}

/* engine:warn(text): adds a warning, unless it is there. It may hold no secret. */
static int engine_warn(lua_State *L)
{
  const char *text = mfl_check_text(L, 2); /* first: making a text of a number may run a finalizer that closes it */

  mf_network_warn(check_engine(L)->client.network, text);
  return 0;
}

static int engine_close(lua_State *L)
{
  struct mfl_engine *engine = luaL_checkudata(L, 1, MFL_ENGINE);

  engine->open = false;
  while (engine->exchanges.first)
    mfl_close_exchange((struct mfl_exchange *)engine->exchanges.first);
  mf_client_close(&engine->client);
  return 0;
}

void mfl_open_engine(lua_State *L)
{
  static const luaL_Reg metamethods[] = {{"__gc", engine_close}, {"__close", engine_close}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"start", engine_start},
                                     {"step", engine_step},
                                     {"answer", engine_answer},
                                     {"forget_logins", engine_forget_logins},
                                     {"close", engine_close},
                                     {"warnings", engine_warnings},
                                     {"warn", engine_warn},
                                     {"identity_token", engine_identity_token},
                                     {NULL, NULL}};

  mfl_new_class(L, MFL_ENGINE, metamethods, methods);
  lua_pushcfunction(L, new_engine);
  lua_setfield(L, -2, "engine");
}
