/* The sweep over a participant's stay: how it joins, comes back, resumes, subscribes and leaves. */
#include "rj-log.h"
#include "rjt-world.h"

/* How long messages are struck: the story itself, and one ping after it */
#define STORY_US (6 * RJT_SECOND)

static RjtWorld *
make_settled (RjtRun *run)
{
  RjtWorld *world = rjt_world_new (run);

  rjt_world_start (world);
  if (!rjt_world_settle (world, 30 * RJT_SECOND))
    rjt_run_fail (run, "it does not even join without a fault");
  rjt_world_run (world, RJT_SECOND);
  rjt_run_arm (run);
  return world;
}

static void
end (RjtWorld *world)
{
  rjt_run_disarm (world->run);
  rjt_world_judge (world);
  rjt_world_leave (world);
  rjt_world_free (world);
}

static void
play_join (RjtRun *run)
{
  RjtWorld *world = rjt_world_new (run);

  rjt_run_arm (run);
  rjt_world_start (world);
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_rejoin (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_crash (world->model, "nodeCrashed");
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_resume (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_cut (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_subscribe (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_add (world->model, "bot-4");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_mute (world->model, "bot-2", FALSE);
  rjt_model_unpublish (world->model, "bot-3", "unpublish");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_publish (world->model, "bot-3");
  rjt_model_add (world->model, "browser");
  rjt_world_run (world, RJT_SECOND / 2);
  rjt_model_mute (world->model, "bot-2", TRUE);
  rjt_model_remove (world->model, "bot-4", "disconnect");
  rj_participant_forget_publisher (world->participant, "bot-4"); /* as the run does */
  rjt_world_run (world, STORY_US);
  end (world);
}

static void
play_leave (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_world_leave (world);
  rjt_world_free (world);
}

/* The media server is back within the window */
static void
play_reset (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_reset (world->model);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* A frozen media node, of which the server says nothing for 9 s: it leaves, and joins again before the node is back */
static void
play_silence (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_freeze (world->model, TRUE);
  rjt_world_run (world, 9 * RJT_SECOND);
  rjt_model_freeze (world->model, FALSE);
  rjt_world_run (world, STORY_US);
  end (world);
}

/* One stream of several ends: reconnectStream */
static void
play_edge (RjtRun *run)
{
  RjtWorld *world = make_settled (run);

  rjt_model_break_edge (world->model, "bot-2");
  rjt_world_run (world, STORY_US);
  end (world);
}

#define ALL_FAULTS ((1u << RJT_N_FAULTS) - 1)

int
main (int argc, char **argv)
{
  static const RjtStory stories[] = {
    { "join", ALL_FAULTS, rjt_openvidu_codes, play_join },
    { "rejoin", ALL_FAULTS, rjt_openvidu_codes, play_rejoin },
    { "resume", ALL_FAULTS, rjt_openvidu_codes, play_resume },
    { "subscribe", ALL_FAULTS, rjt_openvidu_codes, play_subscribe },
    { "leave", ALL_FAULTS, rjt_openvidu_codes, play_leave },
    { "reset", ALL_FAULTS, rjt_openvidu_codes, play_reset },
    { "silence", ALL_FAULTS, rjt_openvidu_codes, play_silence },
    { "edge", ALL_FAULTS, rjt_openvidu_codes, play_edge },
    { NULL },
  };

  rj_home_claim ();
  return rjt_sweep_main (argc, argv, "stay", stories);
}
