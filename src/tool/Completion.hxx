// What a shell may put in the place of the word that is being typed: `netsane complete -- netsane scan --re`, which the
// completions of bash and zsh call. Stateless functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace netsane {

struct Candidate {
    std::string word;
    std::string description; // one line, or ""
};

struct Completion {
    std::vector<Candidate> candidates;
    bool files = false; // names of files, which the shell knows best
};

// Names of devices; may take a moment.
using DeviceNames = std::function<std::vector<std::string>()>;

// words: those of the command line up to the cursor, the program's name first and the one being typed last, which may
// be empty. Commands and options are those that `app` has; what stands for a value is known by its name there.
Completion complete(const CLI::App &app, const std::vector<std::string> &words, const DeviceNames &devices);

// A line for each candidate, word and description with a tab between them; ":files" where files are wanted.
std::string completionText(const Completion &completion);

// What `netsane list --json` of this program names, within the two seconds that it takes at most.
std::vector<std::string> listedDevices();

// The names of this backend's devices in what `netsane list --json` says, without those that mean more than their
// letters to a shell, or need quotes there.
std::vector<std::string> devicesIn(std::string_view answer);

} // namespace netsane
