/* Placeholder so that an empty layer links. */
typedef int rj_cluster_is_empty;
