// The same scan made twice: by libsane's own functions in a process of its own, and through a device process.
#pragma once

#include "DeviceClient.hxx"

#include <string>
#include <utility>
#include <vector>

namespace netsane::test {

struct ScanFrame {
    Status start_status = Status::good;
    Parameters parameters;
    std::vector<std::byte> data;
    Status end_status = Status::good;

    bool operator==(const ScanFrame &) const = default;
};

using OptionSettings = std::vector<std::pair<std::string, OptionValue>>;

// Frames until sane_start fails or there are max_frames; no cancel in between.
std::vector<ScanFrame> scanLocally(const std::string &config_dir, const OptionSettings &settings,
                                   std::size_t max_frames);

// The same through an open client, with this many READs outstanding.
std::vector<ScanFrame> scanThrough(DeviceClient &client, const OptionSettings &settings, std::size_t max_frames,
                                   std::size_t reads_outstanding = 4, std::uint32_t read_bytes = 32 * 1024);

} // namespace netsane::test
