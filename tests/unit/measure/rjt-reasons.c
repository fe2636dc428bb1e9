#include "rjt-reasons.h"

void
rjt_tell_overload (RjtStory *story)
{
  rjt_tell (story, 1500, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':412,'overloaded':true,'what':'loop lag'}");
}

void
rjt_warn_of_overload (RjtStory *story)
{
  RjEvent *start = g_ptr_array_index (story->events, 0);

  json_object_set_string_member (json_object_get_object_member (start->data, "expectations"),
                                 "on_overload", "warn");
}

void
rjt_expect (RjtStory *story, const char *text)
{
  RjEvent *start = g_ptr_array_index (story->events, 0);
  JsonArray *texts = json_array_new ();

  json_array_add_string_element (texts, text);
  json_object_set_array_member (json_object_get_object_member (start->data, "expectations"),
                                "expect", texts);
}

void
rjt_tell_dark (RjtStory *story, double end_ms, const char *reason)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_pair_end (story, end_ms, 990, end_ms - 10, reason);
}
