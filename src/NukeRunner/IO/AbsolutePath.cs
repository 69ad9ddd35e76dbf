using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Nuke.Common.IO;

/// <summary>A rooted, normalised path. Paths are joined with <c>/</c>.</summary>
[DebuggerDisplay("{path}")]
public class AbsolutePath : IFormattable
{
    /// <summary>Format for <see cref="ToString(string)"/>: in double quotes.</summary>
    public const string DoubleQuote = "dq";

    /// <summary>Format for <see cref="ToString(string)"/>: in double quotes, if there are spaces.</summary>
    public const string DoubleQuoteIfNeeded = "dqn";

    /// <summary>Format for <see cref="ToString(string)"/>: in single quotes.</summary>
    public const string SingleQuote = "sq";

    /// <summary>Format for <see cref="ToString(string)"/>: in single quotes, if there are spaces.</summary>
    public const string SingleQuoteIfNeeded = "sqn";

    /// <summary>Format for <see cref="ToString(string)"/>: as it is.</summary>
    public const string NoQuotes = "nq";

    readonly string path;

    AbsolutePath(string path) => this.path = path;

    /// <summary>The last part.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>The last part without its extension.</summary>
    public string NameWithoutExtension => Path.GetFileNameWithoutExtension(path);

    /// <summary>The extension with its dot, or empty.</summary>
    public string Extension => Path.GetExtension(path);

    /// <summary>The folder that holds it; null for a root.</summary>
    public AbsolutePath? Parent => Path.GetDirectoryName(path) is { Length: > 0 } parent ? new AbsolutePath(parent) : null;

    /// <summary>Makes a path of a rooted text.</summary>
    public static AbsolutePath Create(string path)
    {
        Assert.True(Path.IsPathRooted(path), $"The path '{path}' is not rooted");
        return new AbsolutePath(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
    }

    /// <summary>A path of a rooted text.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    public static implicit operator AbsolutePath?(string? path) => path is null ? null : Create(path);

    /// <summary>The text of a path.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    public static implicit operator string?(AbsolutePath? path) => path?.path;

    /// <summary>A path inside, or beside with <c>..</c>.</summary>
    public static AbsolutePath operator /(AbsolutePath left, string right)
    {
        Assert.False(Path.IsPathRooted(right), $"Cannot go to the rooted path '{right}' from '{left}'");
        return Create(Path.Combine(left.path, right));
    }

    /// <summary>Appends to the name.</summary>
    public static AbsolutePath operator +(AbsolutePath left, string right) => Create(left.path + right);

    /// <summary>Same path.</summary>
    public static bool operator ==(AbsolutePath? a, AbsolutePath? b) => Equals(a, b);

    /// <summary>Another path.</summary>
    public static bool operator !=(AbsolutePath? a, AbsolutePath? b) => !Equals(a, b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AbsolutePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => path.GetHashCode(Comparison);

    /// <inheritdoc/>
    public override string ToString() => path;

    /// <summary>The path, quoted as <paramref name="format"/> says.</summary>
    public string ToString(string? format) => (format, path.Contains(' ')) switch
    {
        (DoubleQuote, _) or (DoubleQuoteIfNeeded, true) => $"\"{path}\"",
        (SingleQuote, _) or (SingleQuoteIfNeeded, true) => $"'{path}'",
        _ => path,
    };

    /// <summary>Same path; in any case on Windows.</summary>
    protected bool Equals(AbsolutePath other) => path.Equals(other.path, Comparison);

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString(format);

    static StringComparison Comparison
        => OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
