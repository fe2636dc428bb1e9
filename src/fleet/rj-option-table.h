/* The options of a subcommand as one table: --help, environment names, keys of the plan file and its schema,
 * checks, man page and completion come from it. Precedence: flag, then environment (REJOIN_<NAME>), then plan,
 * then the default of the table. Home thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_OPTION_FLAG,     /* gboolean */
  RJ_OPTION_COUNT,    /* guint */
  RJ_OPTION_DURATION, /* gint64, microseconds; -1: not given and without a default */
  RJ_OPTION_TEXT,     /* char *; NULL: not given and without a default */
  RJ_OPTION_CHOICE,   /* char *, one of the words in choices */
  RJ_OPTION_LIST, /* GPtrArray * of char *; may be given several times; in the environment one a line */
} RjOptionKind;

typedef struct {
  const char *name; /* "join-deadline"; the environment name is REJOIN_JOIN_DEADLINE */
  RjOptionKind kind;
  gsize offset;         /* of the value in the struct of values */
  const char *argument; /* shown in --help: "DURATION"; NULL for flags */
  const char *fallback; /* default as text; NULL: none */
  const char *help;     /* one line */
  guint min, max;       /* of a count */
  const char *choices;  /* of a choice, or of a list (nullable): words separated by "|" */
  gboolean secret;      /* the value is never shown */
  const char *plan;     /* its key in the plan, "times.join-deadline"; NULL: it has none */
  gboolean
    is_input; /* the name of a file that is read: in a plan it starts from the plan's folder */
} RjOption;

/* Where a value comes from; the higher one wins */
typedef enum {
  RJ_OPTION_FROM_DEFAULT,
  RJ_OPTION_FROM_PLAN,
  RJ_OPTION_FROM_ENVIRONMENT,
  RJ_OPTION_FROM_FLAG,
} RjOptionSource;

typedef struct {
  const RjOption *options;
  guint n_options;
  const char *usage;   /* "[OPTION…]" */
  const char *summary; /* first paragraph of --help */
  const char *details; /* after the options; (nullable) */
  gsize
    sources; /* offset of an RjOptionSource * in the values, one for each option; 0: no plan fills it */
} RjOptionTable;

/* Fills @values (a zeroed struct) from @argv and the environment. An empty value of a text or list means that
 * there is none. What is left in @argv after the options goes to @ret_rest (transfer full). Errors: RJ_ERROR_USAGE with the remedy. @ret_warnings: (element-type
 * utf8): environment variables REJOIN_… that mean nothing. */
gboolean rj_option_table_parse (const RjOptionTable *self,
                                int argc,
                                char **argv,
                                gpointer values,
                                char ***ret_rest,
                                GPtrArray *ret_warnings,
                                GError **error);

/* Sets one value, or adds to a list. Errors: RJ_ERROR_USAGE: what is wrong with @text, and the remedy */
gboolean rj_option_set (const RjOption *self, gpointer values, const char *text, GError **error);
/* Sets one value as a plan gives it, in place of what was there. Errors: RJ_ERROR_USAGE: what to write */
gboolean
rj_option_set_from_json (const RjOption *self, gpointer values, JsonNode *node, GError **error);

/* Returns: (nullable): the option of that name */
const RjOption *rj_option_table_find (const RjOptionTable *self, const char *name);
/* Of a table that a plan can fill, once it was parsed */
RjOptionSource *
rj_option_table_get_source (const RjOptionTable *self, gpointer values, const RjOption *option);

/* Whether the command line or the environment has set the option of that name, which wins over a plan. As above */
gboolean
rj_option_table_is_given (const RjOptionTable *self, gconstpointer values, const char *name);

/* Returns: (transfer full): name -> value of all that are set, without the secret ones */
JsonObject *rj_option_table_to_json (const RjOptionTable *self, gconstpointer values);

/* Frees what parse has put into @values, not @values itself. */
void rj_option_table_clear (const RjOptionTable *self, gpointer values);

/* Returns: (transfer full): the text of --help */
char *rj_option_table_get_help (const RjOptionTable *self, const char *subcommand);

/* Returns: (transfer full): "REJOIN_JOIN_DEADLINE" */
char *rj_option_get_environment_name (const RjOption *self);

G_END_DECLS
