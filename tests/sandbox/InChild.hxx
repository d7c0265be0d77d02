// Runs something in a child process: what a sandbox takes away would not come back.
#pragma once

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

// What exit(3) gets where the kernel hasn't what is tested: then there is nothing to see.
inline constexpr int not_there = 77;

// The wait status of a child whose exit status is what the function returns.
template<typename Function>
int inChild(const Function &function)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(function());
    int status = -1;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid)
        std::abort();
    return status;
}

// The same, where it ends by exit: its status.
template<typename Function>
int resultInChild(const Function &function)
{
    const int status = inChild(function);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace netsane
