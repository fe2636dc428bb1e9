/* The OpenVidu 2 websocket dialect: one include for its parts. Frames themselves: rj-jsonrpc.h. */
#pragma once

#include "rj-openvidu2-candidate.h"
#include "rj-openvidu2-join.h"
#include "rj-openvidu2-media.h"
#include "rj-openvidu2-message.h"
#include "rj-openvidu2-metadata.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-params.h"
#include "rj-openvidu2-room.h"
#include "rj-openvidu2-stream.h"
