#include "rj-consent.h"

#include <agent.h>

#define PROPERTY "consent-freshness"

static gboolean is_wanted;
static void (*set_property) (GObject *object, guint id, const GValue *value, GParamSpec *pspec);

static void
set_property_with_consent (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_auto (GValue) yes = G_VALUE_INIT;

  if (!is_wanted || !g_str_equal (g_param_spec_get_name (pspec), PROPERTY)) {
    set_property (object, id, value, pspec);
    return;
  }
  g_value_init (&yes, G_TYPE_BOOLEAN);
  g_value_set_boolean (&yes, TRUE);
  set_property (object, id, &yes, pspec);
}

void
rj_consent_want (gboolean wanted)
{
  is_wanted = wanted;
  if (wanted && set_property == NULL) {
    GObjectClass *klass = g_type_class_ref (NICE_TYPE_AGENT); /* for good */

    set_property = klass->set_property;
    klass->set_property = set_property_with_consent;
  }
}

gboolean
rj_consent_has (GObject *agent)
{
  gboolean has = FALSE;

  g_object_get (agent, PROPERTY, &has, NULL);
  return has;
}
