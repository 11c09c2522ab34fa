"""Goldens from the tokenizers in ziqipang/RandAR: LlamaGen's VQModel, and MaskGIT-VQGAN."""

import torch

import golden


def llamagen(name):
    def compute(stored):
        from RandAR.model.tokenizer import Decoder, Encoder, VQModel

        config = stored["config"]
        sizes = {key: config[key] for key in ("ch", "ch_mult", "num_res_blocks", "z_channels")}
        model = VQModel(
            codebook_size=config["codebook_size"],
            codebook_embed_dim=config["codebook_embed_dim"],
            z_channels=config["z_channels"],
        )
        # VQModel has no parameter for the number of channels.
        model.encoder, model.decoder = Encoder(**sizes), Decoder(**sizes)
        _load(model, f"{name}.pt")
        codes = torch.tensor(stored["codes"])
        side = round(codes.shape[1] ** 0.5)
        shape = (1, config["codebook_embed_dim"], side, side)
        with torch.no_grad():
            image_codes = model.encode_indices(torch.tensor(stored["image"])[None])
            decoded = model.decode_code(codes, shape)[0]
            decoded_u8 = model.decode_codes_to_img(codes, stored["pixels"])[0]
        return {
            **stored,
            "image_codes": image_codes.tolist(),
            "decoded": golden.rounded(decoded, 4),
            "decoded_u8": decoded_u8.tolist(),
        }

    return compute


def maskgit(stored):
    from RandAR.model.maskgit_tokenizer import MaskGITTokenizer

    model = MaskGITTokenizer(**stored["config"], resolution=stored["pixels"])
    _load(model, "maskgit-f4.bin")
    codes = torch.tensor(stored["codes"])
    return {
        **stored,
        "image_codes": model.encode_indices(torch.tensor(stored["image"])[None]).tolist(),
        "decoded": golden.rounded(model.decode(codes)[0], 4),
        "decoded_u8": model.decode_codes_to_img(codes, stored["pixels"])[0].tolist(),
    }


def _load(model, file):
    weights = torch.load(golden.folder / file, weights_only=True)
    keys = model.load_state_dict(weights.get("model", weights), strict=False)
    # A buffer used only in training.
    missing = [key for key in keys.missing_keys if key != "quantize.codebook_used"]
    if missing or keys.unexpected_keys:
        raise SystemExit(f"{file} does not fit its config: without {missing}, with {keys.unexpected_keys}")
    model.eval()
