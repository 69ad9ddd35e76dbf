using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Migrations;

/// <summary>What a folder of migrations holds.</summary>
/// <param name="Files">The migrations in the order of their file names.</param>
/// <param name="Warnings">Files that were left out, and why.</param>
public sealed record MigrationSet(ImmutableArray<MigrationFile> Files, ImmutableArray<string> Warnings);

/// <summary>Reads <c>supabase/migrations</c> by the rules of the Supabase CLI.</summary>
public static partial class MigrationFolder
{
    // Before this version the CLI wrote an init file of its own, which it still skips.
    const string FirstVersionAfterLegacyInit = "20211209000000";

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All migrations of the folder; none where it does not exist.</summary>
    /// <exception cref="DuplicateMigrationException">Two files have one version.</exception>
    /// <exception cref="UnreadableMigrationException">A file is not UTF-8, or holds what only psql understands.</exception>
    public static async Task<MigrationSet> ReadAsync(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            return new([], [$"There is no folder {folder}."]);
        var names = Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).ToList();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var files = ImmutableArray.CreateBuilder<MigrationFile>();
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            if (WhyLeftOut(name, index == 0) is { } reason)
                warnings.Add($"{name} is left out: {reason}");
            else
                files.Add(Parse(Path.Combine(folder, name), await File.ReadAllBytesAsync(Path.Combine(folder, name), cancellation)));
        }

        RefuseDuplicates(files);
        return new(files.ToImmutable(), warnings.ToImmutable());
    }

    /// <summary>The migration in these bytes.</summary>
    /// <exception cref="UnreadableMigrationException">Not UTF-8, a name that is none of a migration, or what only psql understands.</exception>
    public static MigrationFile Parse(string path, ReadOnlySpan<byte> bytes)
    {
        var match = FileName().Match(Path.GetFileName(path));
        if (!match.Success)
            throw new UnreadableMigrationException(path, "its name is not <digits>_<name>.sql", "Rename it.");
        var text = Decode(path, bytes);
        PsqlCommands.Refuse(path, text);
        return new()
        {
            Version = match.Groups["version"].Value,
            Name = match.Groups["name"].Value,
            Path = path,
            Text = text,
            Statements = SqlSplitter.Statements(text),
        };
    }

    /// <summary>A file of statements that is no migration: seeds, roles.</summary>
    /// <exception cref="UnreadableMigrationException">Not UTF-8, or what only psql understands.</exception>
    internal static MigrationFile ParseUnversioned(string path, ReadOnlySpan<byte> bytes)
    {
        var text = Decode(path, bytes);
        PsqlCommands.Refuse(path, text);
        return new() { Version = "", Name = Path.GetFileNameWithoutExtension(path), Path = path, Text = text, Statements = SqlSplitter.Statements(text) };
    }

    /// <summary>The bytes as text, without a byte order mark.</summary>
    internal static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException broken)
        {
            throw new UnreadableMigrationException(path, $"it is not UTF-8: byte {broken.BytesUnknown?.FirstOrDefault():x2} at offset {broken.Index}", "Convert it, for instance with `iconv -f latin1 -t utf-8`.");
        }
    }

    static string? WhyLeftOut(string name, bool isFirst)
    {
        if (FileName().Match(name) is not { Success: true } match)
            return "its name is not <digits>_<name>.sql";
        return isFirst && match.Groups["name"].Value == "init" && match.Groups["version"].Value is { Length: 14 } version
            && string.CompareOrdinal(version, FirstVersionAfterLegacyInit) < 0 ? "it is the init file of an old Supabase CLI" : null;
    }

    static void RefuseDuplicates(IEnumerable<MigrationFile> files)
    {
        var twice = files.GroupBy(file => file.Version, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new DuplicateMigrationException(twice.Key, [.. twice.Select(file => file.Path)]);
    }

    [GeneratedRegex(@"^(?<version>[0-9]+)_(?<name>.*)\.sql$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}

/// <summary>Finds what psql understands and a server does not: commands with a backslash and inline data.</summary>
static class PsqlCommands
{
    public static void Refuse(string path, string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return;
        foreach (var token in SqlLexer.Read(text))
            if (token.Is(text, '\\'))
                throw Of(path, SourcePlace.Of(text, token.Start));
    }

    static UnreadableMigrationException Of(string path, SourcePlace place) => new(path,
        $"line {place.Line} holds a command of psql or inline data of COPY, which no server understands", "Write it as SQL; data as INSERT.", place.WithCaret());
}
