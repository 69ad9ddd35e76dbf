using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>The events of a watch, one JSON document a line. It ends without an error when the watch ends, is cut off or has expired.</summary>
sealed class WatchStream : IAsyncDisposable
{
    readonly HttpResponseMessage? answer;
    readonly StreamReader? lines;

    WatchStream(HttpResponseMessage? answer, StreamReader? lines) => (this.answer, this.lines) = (answer, lines);

    public static async Task<WatchStream> OpenAsync(ClusterConnection cluster, string path, CancellationToken cancellation)
    {
        try
        {
            var answer = await cluster.OpenAsync(path, cancellation);
            return new WatchStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation)));
        }
        catch (Exception ended) when (ended is HttpRequestException or IOException or ClusterRefusedException { Status: 410 or 429 or >= 500 })
        {
            // The caller reads the present state again and opens another one.
            return new WatchStream(null, null);
        }
    }

    /// <summary>The next event, or null at the end.</summary>
    public async Task<JsonObject?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            var line = lines is null ? null : await lines.ReadLineAsync(cancellation);
            var change = line is null ? null : JsonNode.Parse(line) as JsonObject;
            return change.Text("type") == "ERROR" ? null : change;
        }
        catch (Exception ended) when (ended is IOException or HttpRequestException or JsonException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        lines?.Dispose();
        answer?.Dispose();
        return default;
    }
}
