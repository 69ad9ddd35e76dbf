using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>A file of one JSON value a line, appended durably and read without guessing.</summary>
static class JsonLines
{
    /// <summary>Appends one value; it is on the disk when this returns, or not in the file at all when it throws.</summary>
    public static async Task AppendAsync<T>(string path, T value, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        ThrowIfTorn(path, file);
        var before = file.Seek(0, SeekOrigin.End);
        try
        {
            await file.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(value, DeploymentJson.Line), (byte)'\n'], cancellation);
            file.Flush(flushToDisk: true);
            if (before == 0)
                FolderEntry.Flush(path);
        }
        catch
        {
            // A full disk takes half a line: the next reader would take the journal for torn.
            file.SetLength(before);
            throw;
        }
    }

    /// <summary>The values in the first <paramref name="length"/> bytes, in order.</summary>
    /// <exception cref="BrokenJournalException">A line is torn or no such value; its number is named.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(string path, long length, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (length == 0)
            yield break;
        using var lines = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        for (var (left, number) = (length, 1); left > 0; number++)
        {
            var line = await lines.ReadLineAsync(cancellation) ?? "";
            left -= Encoding.UTF8.GetByteCount(line) + 1;
            yield return left >= 0 ? Parse<T>(path, number, line) : throw new BrokenJournalException($"{path}({number}) is torn: its end is missing.");
        }
    }

    /// <summary>The value of the last line, or null where there is none.</summary>
    public static async Task<T?> FindLastAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        if (!File.Exists(path))
            return null;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        ThrowIfTorn(path, file);
        for (var size = 4096L; ; size *= 8)
        {
            var tail = new byte[Math.Min(size, file.Length)];
            file.Seek(-tail.Length, SeekOrigin.End);
            await file.ReadExactlyAsync(tail, cancellation);
            var lines = Encoding.UTF8.GetString(tail).Split('\n');
            if (lines.Length > 2 || tail.Length == file.Length)
                return lines.Length < 2 ? null : Parse<T>(path, lines.Length - 1, lines[^2]);
        }
    }

    /// <summary>Whether both have the same JSON form.</summary>
    public static bool AreEqual<T>(T one, T other) =>
        JsonSerializer.Serialize(one, DeploymentJson.Line) == JsonSerializer.Serialize(other, DeploymentJson.Line);

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
        FolderEntry.Flush(path);
    }

    /// <summary>The value of a file of its own, or null where there is none.</summary>
    public static async Task<T?> FindAsync<T>(string path, CancellationToken cancellation)
        where T : class =>
        File.Exists(path) ? Parse<T>(path, 1, await File.ReadAllTextAsync(path, cancellation)) : null;

    static void ThrowIfTorn(string path, FileStream file)
    {
        if (file.Length == 0)
            return;
        file.Seek(-1, SeekOrigin.End);
        if (file.ReadByte() != '\n')
            throw new BrokenJournalException($"The last line of {path} is torn: its end is missing.");
    }

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
