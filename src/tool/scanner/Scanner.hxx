// An open SANE device, whoever drives it. Owned by a command; one thread.
//
// The functions are the sane_ calls of the same name and block as those do. cancel() alone may come from a signal
// handler, while another call is in progress.
#pragma once

#include <memory>
#include <sane/sane.h>
#include <span>
#include <string>

namespace netsane {

class Scanner {
public:
    Scanner() = default;
    virtual ~Scanner() = default; // closes it
    Scanner(const Scanner &) = delete;
    Scanner &operator=(const Scanner &) = delete;

    virtual const SANE_Option_Descriptor *descriptor(SANE_Int option) = 0;
    virtual SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) = 0;
    virtual SANE_Status parameters(SANE_Parameters &parameters) = 0;
    virtual SANE_Status start() = 0;
    virtual SANE_Status read(std::span<SANE_Byte> space, SANE_Int &length) = 0;
    virtual void cancel() noexcept = 0;

    // What there is to say of the last call that failed, beyond its status; may be empty.
    virtual std::string reason() const { return {}; }
};

// Opens a device by its SANE name. One that begins with "netsane:" is this program's own to drive, whether SANE's
// dll.conf knows the backend or not, and whatever its version; others are libsane's. Asks for a user and a password on
// the terminal where a device wants them. Throws ToolError that says what is wrong and what to do. command: for what
// is set up wrong and said at once.
std::unique_ptr<Scanner> openScanner(const std::string &device, const std::string &command);

// "Document feeder jammed (tray 2): take the paper out". reason: may be empty.
std::string failureText(SANE_Status status, const std::string &reason);

} // namespace netsane
