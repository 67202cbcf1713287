# Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

# Sends writes that arrive outside the primary region there: the answer is the header fly-replay, on which the proxy of
# Fly.io repeats the request in the region of the database. The header alone counts; the status is for people.
#
# Copy it to lib/fly_replay.rb, and put it in front of all other middleware in config/application.rb:
#
#   require_relative "../lib/fly_replay"
#   config.middleware.insert_before 0, FlyReplay
#
# Limits:
# - A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request here,
#   and writes across regions. Send uploads to a bucket.
# - Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
# - GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because replicas
#   are behind: answer a write with what it made, or read that from the primary.
# - What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy stops it.
# - Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.
class FlyReplay
  READS = %w[GET HEAD OPTIONS TRACE].freeze
  LARGEST_BODY = 1_000_000

  # What the paths begin with that are replayed; all when it is empty.
  PATHS = [].freeze

  def initialize(app, variables = ENV)
    @app = app
    @primary, @here = variables.values_at("PRIMARY_REGION", "FLY_REGION").map(&:to_s)
  end

  def call(env)
    return @app.call(env) unless elsewhere? && replayable?(env)

    [409, { "fly-replay" => "region=#{@primary}" }, []]
  end

  private

  def elsewhere?
    !@primary.empty? && !@here.empty? && @primary != @here
  end

  def replayable?(env)
    return false if READS.include?(env["REQUEST_METHOD"]) || env.key?("HTTP_FLY_REPLAY_SRC") || env.key?("HTTP_UPGRADE")
    return false unless small?(env["CONTENT_LENGTH"].to_s, env.key?("HTTP_TRANSFER_ENCODING"))

    path = "#{env['SCRIPT_NAME']}#{env['PATH_INFO']}/"
    PATHS.empty? || PATHS.any? { |start| path.start_with?("#{start.delete_suffix('/')}/") }
  end

  def small?(length, chunked)
    return !chunked if length.empty?

    length.match?(/\A\d+\z/) && length.to_i <= LARGEST_BODY
  end
end
