using System.Globalization;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>Reads the two forms in which a connection is written: libpq's address and Npgsql's key=value string.</summary>
static class ConnectionText
{
    const string Expected = "a connection string: postgresql://user:password@host:port/name (special characters percent-encoded) or Host=...;Username=...;Database=...";

    static readonly string[] Schemes = ["postgres://", "postgresql://"];
    static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    public static DatabaseSettings Parse(string variable, string text) =>
        Array.Find(Schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is { } scheme
            ? ParseAddress(variable, text[scheme.Length..])
            : ParsePairs(variable, text);

    public static (string Host, int? Port) HostAndPort(string variable, string text)
    {
        var close = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = text.IndexOf(':', Math.Max(close, 0));
        var host = close > 0 ? text[1..close] : colon < 0 ? text : text[..colon];
        var port = 0;
        var portIsRead = colon < 0 || (int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536);
        return portIsRead && host.Length > 0 && !host.Any(character => char.IsWhiteSpace(character) || "/@,".Contains(character, StringComparison.Ordinal))
            ? (host, colon < 0 ? null : port)
            : throw new MalformedVariableException(variable, "a host, or host:port");
    }

    static DatabaseSettings ParseAddress(string variable, string text)
    {
        // A password may hold an unencoded '@' (people do that); a host cannot, so the last one is the border.
        var question = text.IndexOf('?', StringComparison.Ordinal);
        var (main, query) = question < 0 ? (text, "") : (text[..question], text[(question + 1)..]);
        var at = main.LastIndexOf('@');
        var slash = main.IndexOf('/', at + 1);
        var (login, place, name) = (at < 0 ? "" : main[..at], main[(at + 1)..(slash < 0 ? main.Length : slash)], slash < 0 ? "" : main[(slash + 1)..]);
        var colon = login.IndexOf(':', StringComparison.Ordinal);
        var user = Decode(variable, colon < 0 ? login : login[..colon]);
        var password = colon < 0 ? "" : Decode(variable, login[(colon + 1)..]);
        if (user.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            throw new MalformedVariableException(variable, Expected);
        var (host, port) = HostAndPort(variable, place);
        var settings = new DatabaseSettings
        {
            Host = host,
            Port = port ?? DatabaseSettings.StandardPort,
            User = user,
            Name = name.Length == 0 ? user : Decode(variable, name),
            Password = password.Length == 0 ? null : new Secret(password),
        };
        return query.Split('&', StringSplitOptions.RemoveEmptyEntries).Aggregate(settings, (present, pair) => WithOption(variable, present, pair));
    }

    static DatabaseSettings WithOption(string variable, DatabaseSettings settings, string pair)
    {
        var parts = pair.Split('=', 2);
        var value = Decode(variable, parts.Length == 2 ? parts[1] : "");
        return parts[0].ToLowerInvariant() switch
        {
            "sslmode" when !SslModes.Contains(value, StringComparer.Ordinal) => throw new MalformedVariableException(variable, $"a connection string with a valid sslmode ({string.Join(", ", SslModes)})"),
            "sslmode" => settings with { SslMode = value },
            "sslrootcert" => settings with { SslRootCertificate = value },
            "pgbouncer" => settings with { DeclaresPooler = string.Equals(value, "true", StringComparison.OrdinalIgnoreCase) },
            _ => settings,
        };
    }

    static DatabaseSettings ParsePairs(string variable, string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            if (builder is not { Host.Length: > 0, Username.Length: > 0 } || builder.Host.Contains(',', StringComparison.Ordinal))
                throw new MalformedVariableException(variable, Expected);
            return new()
            {
                Host = builder.Host,
                Port = builder.Port,
                User = builder.Username,
                Name = builder.Database is { Length: > 0 } name ? name : builder.Username,
                Password = builder.Password is { Length: > 0 } password ? new Secret(password) : null,
                SslMode = builder.ContainsKey("SSL Mode") ? LibpqName(builder.SslMode) : null,
                SslRootCertificate = builder.RootCertificate,
            };
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // The cause is dropped on purpose: its message may quote the value.
            throw new MalformedVariableException(variable, Expected);
        }
    }

    static string LibpqName(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    static string Decode(string variable, string text)
    {
        for (var percent = text.IndexOf('%', StringComparison.Ordinal); percent >= 0; percent = text.IndexOf('%', percent + 1))
            if (percent + 2 >= text.Length || !char.IsAsciiHexDigit(text[percent + 1]) || !char.IsAsciiHexDigit(text[percent + 2]))
                throw new MalformedVariableException(variable, Expected);
        return Uri.UnescapeDataString(text);
    }
}
