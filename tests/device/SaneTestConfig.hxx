// A private SANE configuration with the `test` backend, in a temporary directory that goes away with the object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace netsane::test {

class SaneTestConfig {
public:
    SaneTestConfig()
    {
        std::string name = (std::filesystem::temp_directory_path() / "netsane-test-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("mkdtemp " + name);
        directory_ = name;
        write("dll.conf", "# backends\nnet\ntest # the one we want\nnetsane\n");
        write("test.conf", "number_of_devices 2\nmode Gray\nhand-scanner false\nthree-pass false\n"
                           "three-pass-order RGB\nresolution_min 1.0\nresolution_max 1200.0\nresolution_quant 1.0\n"
                           "resolution 50.0\ndepth 8\nscan-source Flatbed\ntest-picture \"Solid black\"\n"
                           "invert-endianess false\nread-limit false\nread-limit-size 1\nread-delay false\n"
                           "read-delay-duration 1000\nread-status-code Default\nfuzzy-parameters false\nppl-loss 0\n"
                           "non-blocking false\nselect-fd false\nenable-test-options false\ngeometry_min 0.0\n"
                           "geometry_max 200.0\ngeometry_quant 1.0\ntl_x 0.0\ntl_y 0.0\nbr_x 80.0\nbr_y 100.0\n");
    }
    ~SaneTestConfig()
    {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    SaneTestConfig(const SaneTestConfig &) = delete;
    SaneTestConfig &operator=(const SaneTestConfig &) = delete;

    std::string path() const { return directory_.string(); }

    void write(const std::string &name, const std::string &text) const
    {
        std::filesystem::create_directories((directory_ / name).parent_path());
        std::ofstream(directory_ / name) << text;
    }

private:
    std::filesystem::path directory_;
};

} // namespace netsane::test
