#include "rj-tls.h"

/* Certificate authorities. As it is no database of glib-networking's own, that copies nothing out of it for
 * every connection; it only asks. */
#define RJ_TYPE_AUTHORITIES (rj_authorities_get_type ())
G_DECLARE_FINAL_TYPE (RjAuthorities, rj_authorities, RJ, AUTHORITIES, GTlsDatabase)

struct _RjAuthorities {
  GTlsDatabase parent_instance;
  GTlsDatabase *known; /* (nullable): nobody is trusted */
};

G_DEFINE_FINAL_TYPE (RjAuthorities, rj_authorities, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
rj_authorities_verify_chain (GTlsDatabase *database,
                             GTlsCertificate *chain,
                             const char *purpose,
                             GSocketConnectable *identity,
                             GTlsInteraction *interaction,
                             GTlsDatabaseVerifyFlags flags,
                             GCancellable *cancellable,
                             GError **error)
{
  RjAuthorities *self = RJ_AUTHORITIES (database);

  if (self->known == NULL)
    return G_TLS_CERTIFICATE_UNKNOWN_CA;
  return g_tls_database_verify_chain (self->known, chain, purpose, identity, interaction, flags,
                                      cancellable, error);
}

static GTlsCertificate *
rj_authorities_lookup_certificate_issuer (GTlsDatabase *database,
                                          GTlsCertificate *certificate,
                                          GTlsInteraction *interaction,
                                          GTlsDatabaseLookupFlags flags,
                                          GCancellable *cancellable,
                                          GError **error)
{
  RjAuthorities *self = RJ_AUTHORITIES (database);

  if (self->known == NULL)
    return NULL;
  return g_tls_database_lookup_certificate_issuer (self->known, certificate, interaction, flags,
                                                   cancellable, error);
}

static void
rj_authorities_finalize (GObject *object)
{
  g_clear_object (&RJ_AUTHORITIES (object)->known);
  G_OBJECT_CLASS (rj_authorities_parent_class)->finalize (object);
}

static void
rj_authorities_class_init (RjAuthoritiesClass *klass)
{
  GTlsDatabaseClass *database_class = G_TLS_DATABASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rj_authorities_finalize;
  database_class->verify_chain = rj_authorities_verify_chain;
  database_class->lookup_certificate_issuer = rj_authorities_lookup_certificate_issuer;
}

static void
rj_authorities_init (RjAuthorities *self)
{
}

/* @known: (transfer full) (nullable) */
static GTlsDatabase *
new_authorities (GTlsDatabase *known)
{
  RjAuthorities *self = g_object_new (RJ_TYPE_AUTHORITIES, NULL);

  self->known = known;
  return G_TLS_DATABASE (self);
}

void
rj_tls_trust_nobody (void)
{
  static gboolean is_done = FALSE;
  g_autoptr (GTlsDatabase) nobody = NULL;

  if (is_done)
    return;
  is_done = TRUE;
  nobody = new_authorities (NULL);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), nobody);
}

GTlsDatabase *
rj_tls_get_system_database (void)
{
  static GTlsDatabase *system = NULL;
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GTlsDatabase) nobody = NULL;

  if (system != NULL)
    return system;
  rj_tls_trust_nobody ();
  nobody = g_tls_backend_get_default_database (backend);
  g_tls_backend_set_default_database (backend, NULL);
  system = new_authorities (g_tls_backend_get_default_database (backend));
  g_tls_backend_set_default_database (backend, nobody);
  return system;
}
