// What went wrong with each device last: for the status.
//
// Owned by the DeviceBroker; no I/O, the time is an argument. Bounded: when it is full, the oldest is forgotten.
#pragma once

#include "event/EventLoop.hxx"

#include <cstddef>
#include <map>
#include <string>

namespace netsane {

class DeviceErrors {
public:
    static constexpr std::size_t max_devices = 256;

    struct Error {
        std::string text;
        TimePoint at;
    };

    void add(const std::string &device, std::string text, TimePoint now);

    // nullptr if there is none. Valid until the next add().
    const Error *find(const std::string &device) const;

private:
    std::map<std::string, Error> errors_;
};

} // namespace netsane
