# The formula for Homebrew. packaging/release.sh puts the checksum of each archive where its name stands.
class DiditMcp < Formula
  desc "Model Context Protocol server for Didit identity verification"
  homepage "https://github.com/didit-mcp/didit-mcp"
  version "0.1.0"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/didit-mcp/didit-mcp/releases/download/v#{version}/didit-mcp-aarch64-apple-darwin.tar.gz"
      sha256 "didit-mcp-aarch64-apple-darwin.tar.gz"
    end
    on_intel do
      url "https://github.com/didit-mcp/didit-mcp/releases/download/v#{version}/didit-mcp-x86_64-apple-darwin.tar.gz"
      sha256 "didit-mcp-x86_64-apple-darwin.tar.gz"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/didit-mcp/didit-mcp/releases/download/v#{version}/didit-mcp-aarch64-unknown-linux-musl.tar.gz"
      sha256 "didit-mcp-aarch64-unknown-linux-musl.tar.gz"
    end
    on_intel do
      url "https://github.com/didit-mcp/didit-mcp/releases/download/v#{version}/didit-mcp-x86_64-unknown-linux-musl.tar.gz"
      sha256 "didit-mcp-x86_64-unknown-linux-musl.tar.gz"
    end
  end

  def install
    bin.install "didit-mcp"
    generate_completions_from_executable(bin/"didit-mcp", "completions")
    system bin/"didit-mcp", "man", man1
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/didit-mcp --version")
    system bin/"didit-mcp", "demo"
  end
end
