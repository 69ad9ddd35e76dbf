using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>The events of a watch, one JSON document a line.</summary>
sealed class WatchStream : IAsyncDisposable
{
    // Servers send bookmarks about once a minute: a line that is silent for longer may be dead without anybody having said so.
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(150);

    readonly HttpResponseMessage? answer;
    readonly StreamReader? lines;
    readonly TimeProvider time;

    WatchStream(HttpResponseMessage? answer, StreamReader? lines, TimeProvider time) =>
        (this.answer, this.lines, this.time, IsBroken) = (answer, lines, time, lines is null);

    /// <summary>Whether it ended otherwise than by its own time: cut off, refused, or from a version that is too old (410).</summary>
    public bool IsBroken { get; private set; }

    public static async Task<WatchStream> OpenAsync(ClusterConnection cluster, string path, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var answer = await cluster.OpenAsync(path, cancellation);
            return new WatchStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation)), time);
        }
        catch (Exception ended) when (ended is HttpRequestException or IOException or TimeoutException or ClusterRefusedException { Status: 410 or 429 or >= 500 })
        {
            // The caller reads the present state again and opens another one.
            return new WatchStream(null, null, time);
        }
    }

    /// <summary>The next event, or null at the end.</summary>
    public async Task<JsonObject?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            if (lines is null || await LineAsync(lines, cancellation) is not { } line)
                return null;
            var change = JsonNode.Parse(line) as JsonObject;
            if (change.Text("type") != "ERROR")
                return change;
            IsBroken = true;
            return null;
        }
        catch (Exception ended) when (ended is IOException or HttpRequestException or JsonException or TimeoutException)
        {
            IsBroken = true;
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        lines?.Dispose();
        answer?.Dispose();
        return default;
    }

    async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Silence, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await reader.ReadLineAsync(both.Token);
        }
        catch (OperationCanceledException silent) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"No event and no bookmark within {Silence.TotalSeconds} s.", silent);
        }
    }
}
