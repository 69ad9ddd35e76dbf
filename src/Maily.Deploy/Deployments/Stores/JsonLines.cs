using System.Runtime.CompilerServices;
using System.Text.Json;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>A file of one JSON value a line, appended durably and read without guessing.</summary>
static class JsonLines
{
    /// <summary>Appends one value; it is on the disk when this returns.</summary>
    public static async Task AppendAsync<T>(string path, T value, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        await file.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(value, DeploymentJson.Line), (byte)'\n'], cancellation);
        file.Flush(flushToDisk: true);
    }

    /// <summary>All values in order; none where there is no file.</summary>
    /// <exception cref="BrokenJournalException">A line is torn or no such value; its number is named.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!File.Exists(path))
            yield break;
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path, cancellation))
            yield return Parse<T>(path, ++number, line);
    }

    /// <summary>Writes one value to a file of its own, whole or not at all.</summary>
    public static async Task ReplaceAsync<T>(string path, T value, CancellationToken cancellation)
    {
        var fresh = path + ".new";
        await using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await JsonSerializer.SerializeAsync(file, value, DeploymentJson.Readable, cancellation);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>The value of a file of its own, or null where there is none.</summary>
    public static async Task<T?> FindAsync<T>(string path, CancellationToken cancellation)
        where T : class =>
        File.Exists(path) ? Parse<T>(path, 1, await File.ReadAllTextAsync(path, cancellation)) : null;

    static T Parse<T>(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, DeploymentJson.Line) ?? throw new BrokenJournalException($"{path}({number}) is empty.");
        }
        catch (JsonException torn)
        {
            throw new BrokenJournalException($"{path}({number}) is torn or no {typeof(T).Name}: {torn.Message}", torn);
        }
    }
}
