using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Backups.Sealing;

public sealed class BackupKeysTests
{
    const string Hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    [Fact]
    public void A_key_in_base64_and_in_hexadecimal_is_the_same_key() =>
        Parse(Convert.ToBase64String(Convert.FromHexString(Hexadecimal))).Current.Id.ShouldBe(Parse(Hexadecimal.ToUpperInvariant()).Current.Id);

    [Fact]
    public void The_first_key_seals_and_all_are_found_by_their_ids()
    {
        var (old, present) = (new string('1', 64), new string('2', 64));
        var keys = Parse($"{present}, {old}");
        keys.Current.Id.ShouldBe(Parse(present).Current.Id);
        keys.Require(Parse(old).Current.Id).ShouldBe(keys.All[1]);
    }

    [Fact]
    public void A_key_that_is_not_there_is_asked_for_by_its_id()
    {
        var error = Should.Throw<BackupKeyMissingException>(() => Parse(Hexadecimal).Require("00000000"));
        error.Needed.ShouldBe("00000000");
        error.Fact.ShouldContain($"MAILY_BACKUP_KEY holds key {Parse(Hexadecimal).Current.Id}");
        error.Kind.ShouldBe(FailureKind.Refused);
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("AAECAwQFBgc=")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,")]
    public void A_malformed_key_is_refused_and_not_shown(string text)
    {
        var error = Should.Throw<MalformedVariableException>(() => Parse(text));
        error.Message.ShouldNotContain(text);
        error.Remedy.ShouldContain("MAILY_BACKUP_KEY");
        error.Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public void Neither_a_key_nor_its_id_gives_the_key_away()
    {
        var key = Parse(Hexadecimal);
        key.ToString().ShouldBe($"key {key.Current.Id}");
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Convert.FromHexString(Hexadecimal))).ShouldNotStartWith(key.Current.Id);
    }

    static BackupKeys Parse(string text) => BackupKeys.Parse(new(text));
}
