using System.Text;
using CsCheck;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Secrets;

public sealed class SecretRedactorTests
{
    [Theory]
    [InlineData("p@ss/w0rd+x", "p@ss/w0rd+x")]
    [InlineData("p@ss/w0rd+x", "p%40ss%2Fw0rd%2Bx")]
    [InlineData("say \"hello\"", "say \\\"hello\\\"")]
    [InlineData("postgresql://maily:hunter22@db/maily", "hunter22")]
    [InlineData("postgresql://maily:hunter%2322@db/maily", "hunter#22")]
    [InlineData("Host=db;Password=hunter22;Database=x", "hunter22")]
    [InlineData("-----BEGIN\nMIIEvQIBADAN\n-----END", "MIIEvQIBADAN")]
    public void A_secret_is_masked_in_each_form(string secret, string shown) =>
        new SecretRedactor([new Secret(secret)]).Redact($"before {shown} after").ShouldBe("before *** after");

    [Fact]
    public void Short_values_stay_since_they_would_tear_words_apart() =>
        new SecretRedactor([new Secret("main")]).Redact("the main branch").ShouldBe("the main branch");

    [Fact]
    public void No_secret_survives_anywhere_in_base64() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 12, 40], Gen.String[Gen.Char.AlphaNumeric, 0, 9], Gen.String[Gen.Char.AlphaNumeric, 0, 9])
            .Sample((secret, before, after) =>
            {
                var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + secret + after));
                var redacted = new SecretRedactor([new Secret(secret)]).Redact($"Authorization: Basic {encoded}");
                return redacted.Contains("***") && !redacted.Contains(encoded);
            });

    [Fact]
    public void No_secret_survives_as_it_is() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 6, 40], Gen.String[Gen.Char.AlphaNumeric, 0, 20])
            .Sample((secret, text) => !new SecretRedactor([new Secret(secret)]).Redact(text + secret + text).Contains(secret));
}
