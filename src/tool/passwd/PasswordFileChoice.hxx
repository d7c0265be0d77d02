// Which password file is meant, and who has to be able to read it, as netsaned.conf says.
#pragma once

#include "config/ServerConfig.hxx"
#include "tool/passwd/PasswordScheme.hxx"
#include "tool/passwd/SecretFile.hxx"

#include <optional>
#include <string>

namespace netsane {

// The file of [auth_unix] or [auth_crypt]. Without a method: of those in auth, which must then agree if both have one.
// Throws ToolError: there is none, they differ, it is the system's shadow file, or the path isn't absolute.
std::string choosePasswordFile(const ServerConfig &config, std::optional<PasswordScheme> method);

// When root runs this: netsaned's user may own the file, and that user's primary group may read a new one. Nobody else
// for user = "root", for a user that the system doesn't know, and where an ordinary user runs this. May ask a directory
// service.
SecretFile::Owners passwordFileOwners(const ServerConfig &config);

// What keeps somebody with such a password from logging in, for people; empty: nothing.
std::string methodMissing(const ServerConfig &config, PasswordScheme scheme);

} // namespace netsane
