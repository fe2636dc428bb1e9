#include "rj-openvidu2-metadata.h"

#include <string.h>

#include "rj-json.h"

#define SEPARATOR "%/%"

void
rj_ov2_metadata_split (const char *metadata, char **client, char **server)
{
  const char *mark = metadata == NULL ? NULL : strstr (metadata, SEPARATOR);

  *client = mark == NULL ? g_strdup (metadata) : g_strndup (metadata, mark - metadata);
  *server = mark == NULL ? NULL : g_strdup (mark + strlen (SEPARATOR));
}

char *
rj_ov2_metadata_join (const char *client, const char *server)
{
  gboolean has_client = client != NULL && *client != '\0';
  gboolean has_server = server != NULL && *server != '\0';

  if (has_client && has_server)
    return g_strconcat (client, SEPARATOR, server, NULL);
  return g_strdup (has_client ? client : has_server ? server : "");
}

char *
rj_ov2_metadata_get_name (const char *metadata)
{
  g_autofree char *client = NULL;
  g_autofree char *server = NULL;
  g_autoptr (JsonObject) object = NULL;
  const char *name;

  rj_ov2_metadata_split (metadata, &client, &server);
  if (client == NULL || *client != '{')
    return NULL;
  object = rj_json_parse_object (client, -1, NULL);
  if (object == NULL)
    return NULL;
  name = rj_json_get_string (object, "clientData", "");
  return *name == '\0' ? NULL : g_strdup (name);
}

char *
rj_ov2_metadata_from_name (const char *name)
{
  g_autoptr (JsonObject) object = rj_json_build ("clientData", 's', name, NULL);

  return rj_json_object_to_text (object);
}
