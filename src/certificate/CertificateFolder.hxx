// The folder that netsaned keeps its own certificate in: certificate.pem (0644) and key.pem (0600), both or none.
//
// Several processes may want to make it at once: one does, under a lock, and the others find it. Stateless functions
// that block on the disk and the lock. Throw std::runtime_error, PluginError or std::system_error, naming the file.
#pragma once

#include "certificate/SelfSigned.hxx"

#include <functional>
#include <string>

namespace netsane {

// Makes <state_folder>/tls, with the state folder where that is missing, unless both files are there. Returns whether
// it was made now. What is there is never changed; one file without the other is an error.
bool keepCertificate(const std::string &state_folder, const std::function<SelfSigned()> &make);

} // namespace netsane
