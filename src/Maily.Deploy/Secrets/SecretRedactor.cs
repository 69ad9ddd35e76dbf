using System.Collections.Immutable;
using System.Text;

namespace Maily.Deploy.Secrets;

/// <summary>
/// Replaces secrets by <c>***</c> in texts: the values themselves, their URL-encoded, JSON-escaped and base64 forms, the
/// lines of those that span several, and the password inside connection strings. Values under 6 characters stay, since
/// masking them would tear unrelated words apart.
/// </summary>
public sealed class SecretRedactor
{
    const int ShortestValue = 6;

    readonly ImmutableArray<string> forms;

    /// <summary>Redacts the given secrets.</summary>
    public SecretRedactor(IEnumerable<Secret> secrets) =>
        forms = [.. secrets.SelectMany(secret => FormsOf(secret.Reveal())).Where(form => form.Length >= ShortestValue)
            .Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];

    /// <summary>Redacts those of the named variables that are set.</summary>
    public static SecretRedactor For(Variables variables, IEnumerable<string> names) =>
        new(names.Select(variables.FindSecret).OfType<Secret>());

    /// <summary>The text without any secret.</summary>
    public string Redact(string text)
    {
        foreach (var form in forms)
            text = text.Replace(form, Secret.Mask, StringComparison.Ordinal);
        return text;
    }

    static IEnumerable<string> FormsOf(string value)
    {
        var parts = value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Append(value).Concat(ConnectionPassword.In(value)).Where(part => part.Length >= ShortestValue);
        return parts.SelectMany(EncodingsOf);
    }

    static IEnumerable<string> EncodingsOf(string part)
    {
        yield return part;
        yield return Uri.EscapeDataString(part);
        yield return System.Net.WebUtility.UrlEncode(part);
        yield return System.Text.Json.JsonEncodedText.Encode(part).ToString();
        yield return System.Text.Json.JsonEncodedText.Encode(part, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        foreach (var encoded in Base64(Encoding.UTF8.GetBytes(part)))
            yield return encoded;
    }

    // Inside a longer encoded text ("user:password") the value may start at any of three offsets; only the characters
    // that depend on nothing but the value can be looked for.
    static IEnumerable<string> Base64(byte[] bytes)
    {
        yield return Convert.ToBase64String(bytes);
        for (var offset = 0; offset < 3; offset++)
        {
            var padded = new byte[offset + bytes.Length];
            bytes.CopyTo(padded, offset);
            var encoded = Convert.ToBase64String(padded);
            var first = (offset * 8 + 5) / 6;
            var inner = encoded[first..(padded.Length * 8 / 6)];
            yield return inner;
            yield return inner.Replace('+', '-').Replace('/', '_');
        }
    }
}
