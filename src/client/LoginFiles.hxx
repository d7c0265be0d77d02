// The logins that a person keeps in files: $XDG_CONFIG_HOME/netsane/credentials (~/.config if that isn't set), and
// ~/.sane/pass, which scanimage(1) has too.
//
// A function that reads them anew at each call, and so blocks on the disk: called when a server asks for a login, not
// before. A file counts only if it is a regular one that belongs to the effective user, with no access for group and
// others (0600), and if nobody but he and root can write to the folders it is in, up to the root. Links are followed,
// as by ssh: people keep such files in other places and link them in. What protects is that the file found in the end
// is judged, by its open descriptor, and the folders on both ways to it.
#pragma once

#include "client/DebugLog.hxx"
#include "config/ServerName.hxx"
#include "session/ClientPolicy.hxx"

#include <optional>
#include <string>

namespace netsane {

// The first that has a password for the server; else, without a password, the first name that a file has for it.
// Nothing if there is none. user: whose; not set: anybody's. Files that are refused and lines that aren't right are
// told to `debug` at level 0, without any part of what is in them.
//
// Reads nothing, and says so, in a program that runs with rights that its user doesn't have (setuid), and without an
// absolute $HOME or $XDG_CONFIG_HOME. Throws std::bad_alloc.
std::optional<Credentials> findStoredLogin(const ServerName &server, const std::optional<std::string> &user,
                                           const DebugSink &debug);

} // namespace netsane
