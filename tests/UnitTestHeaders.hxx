// What most unit tests include, for configure's --enable-precompiled-headers. A test includes what it uses all the
// same: builds without that option have only this. No guard: a compiler warns of one in what it compiles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>
